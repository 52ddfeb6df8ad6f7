"""What may be asked, and the rule that answers: one file a stage, pure."""
