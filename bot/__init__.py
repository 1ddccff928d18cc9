"""What happens: decisions over plain data, and use cases that touch the world only through ports."""
