"""The portal: customers open and follow work orders, technicians have a desk."""
