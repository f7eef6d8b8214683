"""What happens to the people of the sandbox, one module per business system, as rows of its local tables."""
