"""Cited answers about using social media at work, from a folder of guidance."""

__version__ = "0.1.0"
