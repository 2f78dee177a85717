"""The second engine: SpiffWorkflow, as an independent judge of every process before it is deployed.

It validates the BPMN 2.0 schema that it ships, reads the process by itself, and takes the same random walks as our
kernel. Where it is known to be wrong a process is not compared, and says why. The library is loaded when it is first
asked, gets only trees that we made from our own checked tree, and evaluates nothing itself.
"""

from engine.bpmn.second_engine.compare import Comparison, compare, examine
from engine.bpmn.second_engine.schema import validate_schema

__all__ = ["Comparison", "compare", "examine", "validate_schema"]
