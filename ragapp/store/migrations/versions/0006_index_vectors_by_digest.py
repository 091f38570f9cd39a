"""An index of vectors by digest, so that a deletion need not scan all of them"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index(op.f("ix_vectors_digest"), "vectors", ["digest"])
