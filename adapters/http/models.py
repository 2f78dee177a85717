"""What requests carry, bounded and strict: an unknown field is refused."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from adapters.http.plain import plain, small
from engine.calendar import YEARS


def _of_our_years(at: datetime) -> datetime:
    """The time; one that is none in another zone is refused."""
    if at.year not in YEARS:
        raise ValueError(f"expected a year from {YEARS[0]} to {YEARS[-1]}")
    return at


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Time = Annotated[AwareDatetime, AfterValidator(_of_our_years)]
Data = Annotated[dict[str, Any], Field(max_length=200), AfterValidator(small)]
Bytes256K = Annotated[Base64Bytes, Field(max_length=400_000)]


class Model(BaseModel):
    """No field that is not named here, and plain JSON in each."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        return plain(given)


class NewUnit(Model):
    """A unit of the tree; `sign`: answer with the statement to sign."""

    id: Id
    name: Text
    parent: Id | None = None
    sign: bool = False


class NewOfficer(Model):
    """An officer to appoint."""

    id: Id
    name: Text
    position: Text
    unit: Id
    roles: Annotated[list[Id], Field(max_length=50)]
    rank: Literal["head", "deputy", "staff"] = "staff"
    since: date | None = None
    document: Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)] = ""
    sign: bool = False


class Changes(Model):
    """Changes of the organisation, all of which are made or none; each is an object with its `kind`. `sign`: where
    they must be signed, answer with their statement.
    """

    changes: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]
    reason: Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True)] | None = None
    dry_run: bool = False
    sign: bool = False


class NewStatement(Model):
    """A signed act to prepare."""

    act: Id
    subject: Id
    body: Data


class SignedAct(Model):
    """A prepared act, signed."""

    statement: Id
    record: Bytes256K
    manifest: Bytes256K
    signature: Bytes256K


class Bundle(Model):
    """A process bundle: path → base64; and, where the second engine disagrees, why it is deployed although."""

    files: Annotated[dict[str, Base64Bytes], Field(min_length=1, max_length=200)]
    although: Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)] | None = None


class SignatureImage(Model):
    """What a signature shows: a PNG."""

    image: Annotated[Base64Bytes, Field(max_length=450_000)]


class SealImage(SignatureImage):
    """The agency's seal, as wide on paper as it truly is."""

    width_mm: Annotated[int, Field(ge=20, le=60)]


class UploadedDocument(Model):
    """A document uploaded before, with its name in the dossier."""

    name: Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f]{1,100}$")]
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$", max_length=100)] = (
        "application/octet-stream"
    )
    sha256: Sha256


class NewDossier(Model):
    """A dossier to start."""

    process: Id
    procedure: Id | None = None
    title: Text | None = None
    channel: Literal["direct", "online", "post", "email", "edxml"] = "direct"
    applicant: Annotated[dict[Id, Annotated[str, StringConstraints(max_length=500)]], Field(max_length=20)] = {}
    submitter: Text | None = None
    unit: Id | None = None
    data: Data = {}
    documents: Annotated[list[UploadedDocument], Field(max_length=100)] = []


class Message(Model):
    """A message for a dossier."""

    name: Id
    data: Data = {}


class TaskData(Model):
    """What the officer typed into the form."""

    data: Data = {}


class PdfSignature(Model):
    """The signature (CMS) of a PDF that the statement prepared, by the document's name."""

    name: Id
    signature: Bytes256K


class Completion(Model):
    """A task's completion: signed, or (where the step wants no signature) the bare data."""

    statement: Id | None = None
    record: Bytes256K | None = None
    manifest: Bytes256K | None = None
    signature: Bytes256K | None = None
    pdf: Annotated[list[PdfSignature], Field(max_length=100)] = []
    data: Data = {}
