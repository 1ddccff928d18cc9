"""Pictures without a GPU: a small landscape painter that reads the prompt, and says what it is in the corner."""
