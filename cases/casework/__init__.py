"""The verbs: what can be done at the door, at the desk, by the worker and by the auditor.

Each decides first and acts later, within one transaction, and takes the time as an argument.
"""
