"""The service that case-management systems call."""
