"""The engines that the store is held against."""
