"""Rights are held per site, and default to none."""

from mom.core.actor import Actor, system_actor


def test_actor_may_only_at_the_sites_where_the_right_is_held() -> None:
    anna = Actor("user", "1", "Anna", {"BER": frozenset({"work.start_job_order"}), "HAM": frozenset()})

    assert anna.may("work.start_job_order", "BER")
    assert not anna.may("work.start_job_order", "HAM")
    assert not anna.may("work.start_job_order", "MUC")
    assert not anna.may("work.close_job_order", "BER")
    assert anna.sites_with("work.start_job_order") == {"BER"}


def test_actor_without_rights_may_nothing() -> None:
    assert not Actor("user", "2", "Ben").may("work.start_job_order", "BER")
    assert Actor("user", "2", "Ben").sites_with("work.start_job_order") == frozenset()


def test_actor_right_on_every_site_has_no_list_of_sites() -> None:
    auditor = Actor("user", "3", "Eva", {"*": frozenset({"core.view_audit_trail"})})

    assert auditor.may("core.view_audit_trail", "MUC")
    assert auditor.sites_with("core.view_audit_trail") is None


def test_system_actor_may_everything_everywhere() -> None:
    assert system_actor("outbox").may("any.thing", "BER")
    assert system_actor("outbox").reference == "system:outbox"
