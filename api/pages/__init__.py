"""HTML over the same verbs as the API."""
