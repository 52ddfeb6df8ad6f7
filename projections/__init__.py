"""What can be read: one file a read model, pure."""
