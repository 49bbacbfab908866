"""Statements and reserved recordings"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('statement',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('participant_id', sa.String(), nullable=False),
    sa.Column('account_id', sa.String(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('salt', sa.String(), nullable=False),
    sa.Column('document_name', sa.String(), nullable=True),
    sa.Column('document_sha256', sa.String(), nullable=True),
    sa.Column('document_bytes', sa.BigInteger(), nullable=True),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('reason_salt', sa.String(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['session.id'], name=op.f('fk_statement_session_id_session')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement'))
    )
    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_statement_participant_id'), ['participant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_statement_session_id'), ['session_id'], unique=False)

    with op.batch_alter_table('recording', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reserved', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('recording', schema=None) as batch_op:
        batch_op.drop_column('reserved')

    with op.batch_alter_table('statement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_statement_session_id'))
        batch_op.drop_index(batch_op.f('ix_statement_participant_id'))

    op.drop_table('statement')
