"""What must hold of files and documents at every commit. `manage.py check_invariants` runs it; rows are violations."""

from mom.core.invariants import register

register(
    "plant.file_content_fits_its_digest",
    promise="P22",
    sentence="The bytes of a file are those that its digest was made of.",
    sql="""
        SELECT f.id, f.site FROM core_attachment f JOIN core_storedblob b ON b.id = f.blob_id
        WHERE f.sha256 <> b.sha256 OR encode(sha256(b.content), 'hex') <> f.sha256
    """,
)
register(
    "plant.approved_version_is_approved",
    promise="P22",
    sentence="A version that is or was in force has an approval, and the file that was approved.",
    sql="""
        SELECT v.id, v.site_id FROM plant_documentversion v JOIN core_attachment f ON f.id = v.attachment_id
        WHERE v.approved_at IS NOT NULL AND (f.sha256 <> v.sha256 OR NOT EXISTS (
            SELECT 1 FROM accounts_approval a
            WHERE a.subject_type = 'plant.documentversion' AND a.subject_id = v.id::text))
    """,
)
register(
    "plant.reading_is_of_the_own_site",
    promise="P33",
    sentence="A person confirms versions of their own site.",
    sql="""
        SELECT c.id, c.site_id FROM plant_readconfirmation c JOIN plant_person p ON p.id = c.person_id
        JOIN plant_documentversion v ON v.id = c.document_version_id
        WHERE c.site_id <> p.site_id OR c.site_id <> v.site_id
    """,
)
