"""What a ServerStore promises."""
