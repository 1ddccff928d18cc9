"""What an operator allows: pure rules over plain data."""
