"""Whole processes, as people start them."""
