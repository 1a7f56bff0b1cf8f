"""How databases of older versions become current ones."""
