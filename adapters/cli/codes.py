"""What codes mean, in the reader's language.

The server and `signing` word their refusals in English, with the names and numbers of the case. A reader of Vietnamese
gets the meaning of the code first, and then those words.
"""

from collections.abc import Mapping

from adapters.cli.language import N_, _, current

MEANINGS: Mapping[str, str] = {
    # the officer and the task
    "not-signed-in": N_("the access token is missing, unknown or expired"),
    "not-holder": N_("you do not hold this task"),
    "task-held": N_("somebody else holds this task"),
    "not-candidate": N_("this task is not open to you"),
    "not-starter": N_("you may not start dossiers of this process"),
    "four-eyes": N_("this step needs other eyes than yours"),
    "right-missing": N_("your role does not allow this"),
    "task-unknown": N_("there is no such open task within your sight"),
    "dossier-unknown": N_("there is no such dossier within your sight"),
    "document-unknown": N_("there is no such document within your sight"),
    "officer-unknown": N_("there is no such officer"),
    "unit-unknown": N_("there is no such unit"),
    "process-unknown": N_("no such process is deployed"),
    "procedure-unknown": N_("no such procedure is adopted"),
    "certificate-unknown": N_("there is no such bound certificate"),
    "dispatch-unknown": N_("there is no such dispatch"),
    "label-unknown": N_("this dispatch has no label"),
    "checkpoint-unknown": N_("the log has no such checkpoint"),
    "message-unexpected": N_("the dossier does not wait for this message"),
    "form-invalid": N_("the form is not filled in rightly"),
    "procedure-invalid": N_("the procedure record is not well-formed"),
    "procedure-missing": N_("the dossier has no procedure"),
    "bundle-refused": N_("the bundle cannot be deployed"),
    "document-digest": N_("the bytes do not have the digest they were sent under"),
    "document-name": N_("the document's name cannot be used"),
    "request-malformed": N_("the request is not well-formed"),
    "key-reused": N_("the Idempotency-Key was used for another request"),
    "database-unavailable": N_("the database does not answer"),
    "server-broken": N_("the server met a defect"),
    # the statement
    "statement-unknown": N_("the statement is not known, or not yours"),
    "statement-expired": N_("the statement has expired"),
    "statement-used": N_("the statement was used before"),
    "statement-differs": N_("what was signed differs from the statement"),
    "statement-nonce": N_("the record answers another statement"),
    "documents-changed": N_("the documents changed since they were shown"),
    "signature-missing": N_("this step needs a signature"),
    # dispatch
    "post-excluded": N_("this procedure's result is not posted"),
    "channel-excluded": N_("the procedure does not allow this channel"),
    "consent-missing": N_("the citizen's consent to post is missing"),
    "address-invalid": N_("the address cannot be used"),
    "result-unsigned": N_("the result lacks a required signature"),
    "not-the-result": N_("this document is not the procedure's result"),
    # certificates and keys
    "certificate-bound": N_("the certificate is bound already"),
    "certificate-unbound": N_("the certificate is bound to no officer"),
    "certificate-of-another": N_("the certificate is another officer's"),
    "certificate-revoked": N_("the certificate was revoked"),
    "certificate-expired": N_("the certificate has expired"),
    "certificate-not-yet-valid": N_("the certificate is not valid yet"),
    "certificate-untrusted": N_("the certificate leads to no trusted root"),
    "certificate-path": N_("the certificate's chain does not hold"),
    "certificate-usage": N_("the certificate is not for signing"),
    "certificate-key-weak": N_("the certificate's key is too weak"),
    "certificate-algorithm": N_("the certificate uses a forbidden algorithm"),
    "certificate-malformed": N_("this is no certificate"),
    "revocation-unknown": N_("whether the certificate was revoked is not known"),
    "key-mismatch": N_("the key and the certificate do not belong together"),
    "key-unsupported": N_("this kind of key cannot sign here"),
    "sign-failed": N_("the key did not sign"),
    # signatures and records
    "signature-wrong": N_("the signature does not hold"),
    "signature-malformed": N_("the signature is not well-formed"),
    "signature-other-data": N_("the signature is over other data"),
    "signature-other-document": N_("the signature is over another document"),
    "signature-other-record": N_("the signature is over another record"),
    "signature-purpose": N_("the signature is for another purpose"),
    "signature-time": N_("the signature's time does not fit"),
    "signature-algorithm": N_("the signature uses a forbidden algorithm"),
    "record-field": N_("a field of the record is not as it must be"),
    "record-other-act": N_("the record is of another act"),
    "record-replayed": N_("the record was used before"),
    "record-prior": N_("the record follows one that is missing"),
    # the log and the evidence
    "note-key": N_("the checkpoint is signed by another key"),
    "note-signature": N_("the checkpoint's signature does not hold"),
    "note-malformed": N_("the checkpoint is not well-formed"),
    "checkpoint-origin": N_("the checkpoint is of another log"),
    "consistency-proof": N_("the log is not the one seen before"),
    "inclusion-proof": N_("the leaf does not stand in the log"),
    "leaf-evidence": N_("the evidence is not what the log recorded"),
    "log-key": N_("this is no log key"),
    "act-unsigned": N_("an act lacks its signature"),
    "bundle-missing": N_("the process of a record is not in the pack"),
    "pack-malformed": N_("this is no evidence pack, or a damaged one"),
    "pack-unaccounted": N_("the pack holds something that no act accounts for"),
    "pack-object-missing": N_("the pack lacks something that an act names"),
    "pack-too-large": N_("the pack is too large"),
    "pdf-changed": N_("the PDF was changed beyond its fields"),
    "pdf-not-appended": N_("the PDF was changed and not only appended to"),
}


def in_words(code: str, message: str) -> str:
    """Return the message; for a reader of another language the code's meaning first, where it is known."""
    if current() == "en" or code not in MEANINGS:
        return message
    return f"{_(MEANINGS[code])} ({message})"
