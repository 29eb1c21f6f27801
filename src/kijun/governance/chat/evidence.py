"""What chatting proves by itself."""
