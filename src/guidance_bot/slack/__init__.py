"""The same answer in Slack: what comes in, what people see, how it is served."""
