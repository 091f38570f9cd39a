"""What the application tells of itself while it works: logs, metrics and traces.

None of them holds a question, a document's text or a secret.
"""
