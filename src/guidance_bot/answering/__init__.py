"""From a question to an answer: tokens, ranking, confidence, the answer itself."""
