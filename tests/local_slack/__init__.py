"""A strict local Slack: it refuses what Slack refuses.

A process of its own on 127.0.0.1 that the bot reaches through Slack's own
clients. Tests and the try-it page play its people through ``/control``.
"""
