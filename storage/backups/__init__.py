"""Backups on disk, each whole or not there at all.

    DIR/ORIGIN                              whose backups these are
    DIR/000012-2026-03-02T120000Z/          one backup
        MANIFEST.json                       RFC 8785: what it is, and size and SHA-256 of the files beside it
        rule12.sqlite                       the database at one point
        objects.sha256                      every sealed object it names with its SHA-256, for `sha256sum -c`
    DIR/objects/ab/abcdef….sealed           the objects, shared by all backups: they never change
    APART/000012-2026-03-02T120000Z/        the shred keys of the same backup, and a manifest with the day they must go
    APART/erased.txt                        every erasure that any backup knew of (`storage.erased`)

A folder is filled under a name of its own that begins with a dot, made durable and then renamed, the shred keys' first;
one that is deleted is renamed first, too. Whatever begins with a dot is no backup, and the next backup clears it away.
"""
