"""Limits of scope that cover only what rests on a standard."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("supplier_scope_limit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standard", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("safety_effect", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("stands_in", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("supplier_scope_limit", schema=None) as batch_op:
        batch_op.drop_column("stands_in")
        batch_op.drop_column("safety_effect")
        batch_op.drop_column("standard")
