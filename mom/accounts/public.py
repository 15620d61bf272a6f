"""The door of accounts for the storeys above: what joins their transactions. All is the caller's to permit."""

from mom.accounts.services.approval import SignatureNeeded, approve
from mom.accounts.services.signature import sign
from mom.accounts.services.signer import SignerCredentials, SigningError

__all__ = ["SignatureNeeded", "SignerCredentials", "SigningError", "approve", "sign"]
