"""PDF signatures: the images that they show."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade."""
    op.create_table(
        "signature_image",
        sa.Column("of", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"], name=op.f("fk_signature_image_sha256_content")),
        sa.PrimaryKeyConstraint("of", name=op.f("pk_signature_image")),
    )


def downgrade() -> None:
    """Downgrade."""
    op.drop_table("signature_image")
