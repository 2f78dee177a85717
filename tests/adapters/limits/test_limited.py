"""A stranger's PDF is read in a child that may be ended; the process that asked loses nothing by it."""

import pydoc
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.limits import limited as limits
from adapters.limits.limited import Limits, limited
from signing.errors import Invalid
from signing.pdf.extended import is_signed
from signing.pdf.verify import verify_pdf
from tests.adapters.limits.hostile import endless, swollen
from tests.pki import NOW, trust
from tests.signing.pdfs import letter, sealed


def peak() -> int:
    """The most memory that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def test_the_answer_is_that_of_the_call() -> None:
    """Verdicts, refusals and their codes are the same as without a child."""
    told = {"trust": trust(), "at": NOW, "accepted": None}
    assert limited(verify_pdf, sealed(), **told) == verify_pdf(sealed(), **told)
    with pytest.raises(Invalid, match="pdf-unsigned"):
        limited(verify_pdf, letter(), **told)


def test_a_hostile_file_is_refused_within_its_limits_and_others_are_read_meanwhile() -> None:
    """A quarter of a megabyte that wants gigabytes, 60 MB that want a minute: both refused, this process as it was."""
    few, files = Limits(cpu_seconds=2), (swollen(), endless())
    assert len(files[0]) < 300_000
    limited(is_signed, sealed())
    before, start = peak(), time.monotonic()
    with ThreadPoolExecutor(3) as threads:
        hostile = [threads.submit(few.run, is_signed, file) for file in files]
        assert threads.submit(limited, is_signed, sealed()).result()
        for asked in hostile:
            with pytest.raises(Invalid, match="pdf-malformed"):
                asked.result()
    assert time.monotonic() - start < limits.CLOCK_SECONDS
    # One copy of what is sent, twice at most: nothing of what reading it would take.
    assert peak() - before < 300


def test_a_file_that_only_waits_is_ended_by_the_clock() -> None:
    """Processor time alone would let a child sleep for ever."""
    start = time.monotonic()
    with pytest.raises(Invalid, match="pdf-malformed"):
        Limits(clock_seconds=1).run(time.sleep, 60)
    assert time.monotonic() - start < 20


def test_an_answer_names_nothing_but_our_records() -> None:
    """A child that read a hostile file cannot have the asking process load anything else."""
    with pytest.raises(Invalid, match="pdf-malformed"):
        limited(pydoc.locate, "os.system")


def test_the_warm_process_is_started_again() -> None:
    """Ended from outside, it costs the next call a start and nothing else."""
    limited(is_signed, sealed())
    warm = limits._forker
    assert warm is not None
    warm.process.kill()
    warm.process.wait()
    assert limited(is_signed, sealed())
