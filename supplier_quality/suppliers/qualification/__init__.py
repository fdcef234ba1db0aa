"""What a supplier has to show before it is approved: its risk with all parts, the steps this asks for, conditions of a decision."""
