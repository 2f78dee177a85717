"""BPMN: read a process, check it, and run it as a pure token kernel."""

from engine.bpmn.check import check_process
from engine.bpmn.events import EventRefused
from engine.bpmn.graph import Graph
from engine.bpmn.problems import Problem
from engine.bpmn.read import Reading, read_process
from engine.bpmn.run import Step, start, step
from engine.bpmn.state import State

__all__ = [
    "EventRefused",
    "Graph",
    "Problem",
    "Reading",
    "State",
    "Step",
    "check_process",
    "read_process",
    "start",
    "step",
]
