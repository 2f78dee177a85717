"""What data can be there when an expression, a mapping or a decision reads it: a forward may-analysis over the graph.

It over-approximates: whatever could have been set counts as set. So a warning means that nothing can have set the name
there, and never that something might not have.
"""

from engine.bpmn.dataflow.check import check_data_flow

__all__ = ["check_data_flow"]
