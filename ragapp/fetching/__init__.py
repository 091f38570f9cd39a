"""What comes from elsewhere: its names, archives, URLs, and what nobody wants of it."""
