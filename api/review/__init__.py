"""The pages on which people review notes, and the address that stores and queues notes."""
