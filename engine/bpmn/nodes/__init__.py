"""Flow nodes: from an element of the XML to a node of the graph, or to the reason why it is refused."""

from engine.bpmn.nodes.read import read_node
from engine.bpmn.nodes.source import Source

__all__ = ["Source", "read_node"]
