"""Folders of Markdown and YAML, read into one checked and immutable Knowledge."""
