"""What leaves the app: links, settings files, pictures."""
