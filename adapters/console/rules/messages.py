"""Rules of messages and message flows."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="no-message",
        title=N_("A message event names its message"),
        why=N_("Messages go by their names."),
        mend=N_("Choose its message in the modeler."),
    ),
    Rule(
        code="message-name",
        title=N_("A message has a plain name"),
        why=N_("It goes by its name, which its sender knows; which dossier is meant is the correlation key's matter."),
        mend=N_("Write the name; put data into the correlation key."),
    ),
    Rule(
        code="message-missing",
        title=N_("An event with an operation names its message"),
        why=N_("The operation alone does not say what is sent."),
        mend=N_("Choose its message in the modeler."),
    ),
    Rule(
        code="operation-missing",
        title=N_("A message with an item belongs to an operation"),
        why=N_("The item says that the message is part of a service."),
        mend=N_("Name the operation, or remove the itemRef."),
    ),
    Rule(
        code="operation-without-effect",
        title=N_("An operation has no effect"),
        why=N_("A message goes by its name."),
        mend=N_("Remove it."),
    ),
    Rule(
        code="message-flow-inside",
        title=N_("A message flow joins two pools"),
        why=N_("Within a pool nothing is sent."),
        mend=N_("Use a sequence flow."),
    ),
    Rule(
        code="message-flow-end",
        title=N_("A message flow's ends send and receive"),
        why=N_("Gateways and other events cannot."),
        mend=N_("Connect it to a pool, a task or a message event."),
    ),
    Rule(
        code="message-data",
        title=N_("A message task has one item"),
        why=N_("Its one message carries one."),
        mend=N_("Declare the item that the message carries, once."),
    ),
    Rule(
        code="message-item",
        title=N_("A message task's data are of the message's item"),
        why=N_("They are what the message carries."),
        mend=N_("Declare the item that the message carries."),
    ),
    Rule(
        code="correlation-key",
        title=N_("A correlation key is a text or a whole number"),
        why=N_("It says which receiver is meant; equal texts fit."),
        mend=N_("Write a text of at most 200 characters, or FEEL after = that gives one."),
    ),
    Rule(
        code="time-to-live",
        title=N_("A time to live is a duration"),
        why=N_("How long a message waits for its receiver, at most ninety days."),
        mend=N_("Write an ISO 8601 duration such as P3D or PT1H, or FEEL after = that gives one."),
    ),
)
