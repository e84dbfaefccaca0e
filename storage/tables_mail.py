"""Mails that became complaints, on the schema of `storage.tables`. Nothing here can be read without the mail itself.

Rows lie in the order of their marks, which is no order at all: that of arrival would lead to the complaints.
"""

from sqlalchemy import Column, LargeBinary, Table

from storage.tables import metadata

mails = Table(
    "mails",
    metadata,
    Column("mark", LargeBinary(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
