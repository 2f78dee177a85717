"""Rules of expressions."""

from __future__ import annotations

from adapters.cli.language import N_
from adapters.console.rules.rule import Rule

RULES = (
    Rule(
        code="expression-syntax",
        title=N_("An expression is FEEL"),
        why=N_("What does not parse has no value. Equality is one =, and texts stand in double quotes."),
        mend=N_("Mend it where the mark points; hoso feel tries an expression."),
        wrong="=decision == 'approve'",
        right='=decision = "approve"',
    ),
    Rule(
        code="expression-unsupported",
        title=N_("The part of FEEL is executed"),
        why=N_("Some of the standard, such as functions of Java, is not executed."),
        mend=N_("Write it with what the reference of FEEL names."),
    ),
    Rule(
        code="expression-foreign-language",
        title=N_("Expressions of other engines are not executed"),
        why=N_("${…} is Java's expression language, which can call programs; process XML is data."),
        mend=N_("Write FEEL with a leading =."),
        wrong='${decision == "approve"}',
        right='=decision = "approve"',
    ),
    Rule(
        code="expression-number-range",
        title=N_("A number fits into 34 digits"),
        why=N_("FEEL computes with decimal numbers of 34 digits."),
        mend=N_("Write a smaller number."),
    ),
    Rule(
        code="expression-text-bound",
        title=N_("An expression has at most 4096 characters"),
        why=N_("Expressions are bounded, so that none can exhaust the machine."),
        mend=N_("Split it into several, or ask a decision."),
    ),
    Rule(
        code="expression-node-bound",
        title=N_("An expression does not have too many parts"),
        why=N_("Expressions are bounded, so that none can exhaust the machine."),
        mend=N_("Split it into several, or ask a decision."),
    ),
    Rule(
        code="expression-depth-bound",
        title=N_("An expression is not nested too deep"),
        why=N_("Expressions are bounded, so that none can exhaust the machine."),
        mend=N_("Split it into several."),
    ),
    Rule(
        code="expression-informal",
        title=N_("What is executed is a formal expression"),
        why=N_("By the standard another expression is natural language, which nobody executes."),
        mend=N_("Give it xsi:type bpmn:tFormalExpression."),
        wrong="<bpmn:conditionExpression>=a</bpmn:conditionExpression>",
        right='<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=a</bpmn:conditionExpression>',
    ),
    Rule(
        code="expression-language",
        title=N_("Expressions are in FEEL"),
        why=N_("The file names another language, which is not executed."),
        mend=N_("Write FEEL, and name feel or no language."),
    ),
    Rule(
        code="expression-empty",
        title=N_("An expression says something"),
        why=N_("It is drawn but empty."),
        mend=N_("Write FEEL."),
    ),
    Rule(
        code="language-uri",
        title=N_("A language is named by a URI"),
        why=N_("The standard names languages by their addresses."),
        mend=N_("Name FEEL by its address, or nothing."),
    ),
    Rule(
        code="condition-not-boolean",
        title=N_("A condition is true or false"),
        why=N_("This one is always something else, so it never holds."),
        mend=N_("Write a comparison."),
    ),
)
