"""What Camunda 7, Camunda 8 and Hoso say on an element beyond BPMN: read, refused or named, never dropped in silence.

Attributes and extension elements that are neither read here nor known to mean nothing for execution are errors.
"""

from engine.bpmn.vendor.elements import read_extensions
from engine.bpmn.vendor.place import Extensions

__all__ = ["Extensions", "read_extensions"]
