"""What must hold of signatures at every commit."""

from mom.core.invariants import register

register(
    "accounts.signature_in_audit_trail",
    promise="P22",
    sentence="Every signature stands in the audit trail with the digest of its row; a copied or altered one does not.",
    sql="""
        SELECT s.id, s.subject_type, s.subject_id, s.signer_name FROM accounts_signature s
        WHERE NOT EXISTS (
            SELECT 1 FROM core_auditentry e WHERE e.action = 'accounts.signed' AND e.subject_type = s.subject_type
                AND e.subject_id = s.subject_id AND e.after ->> 'digest' = s.digest
        )
    """,
)
register(
    "accounts.approval_four_eyes",
    promise="P23",
    sentence="Who approved with four eyes signed exactly that, and is none of its authors.",
    sql="""
        SELECT a.id, a.subject_type, a.subject_id, a.approver_name FROM accounts_approval a
        LEFT JOIN accounts_signature s ON s.id = a.signature_id AND s.signer_id = a.approver_id
            AND s.content_sha256 = a.content_sha256 AND s.meaning = 'approved'
        WHERE a.mode = 'four_eyes' AND (s.id IS NULL OR a.approver_id::text = ANY (a.authors))
    """,
)
