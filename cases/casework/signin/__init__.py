"""Signing in to the pages by link, passkey or identity provider, and to the API by the provider's access tokens."""
