"""Work Order: turns a support mailbox into work orders, and keeps everyone informed by mail."""

__version__ = "0.1.0"
