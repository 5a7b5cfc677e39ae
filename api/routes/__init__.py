"""The routes of version 1 and those of whoever runs the service."""
