"""Signs a checkpoint at the end of a run that made one due. What was done stands, whatever becomes of it."""

from __future__ import annotations

import os
import sqlite3
import sys

from domain.refusal import Refused
from infra.cli.session import Session
from infra.evidence.due import Due


def cover(session: Session) -> None:
    """Look whether one is due, and sign it. What stands in the way is said, also when silence was asked: until it is mended
    nobody vouches for what is recorded.
    """
    ended = sys.exception()
    try:
        if Due(session.store, session.settings.often()).now():
            from infra.cli.evidence import teller

            session.evidence.checkpoint(tell=teller(session))
            session.out.progress_done()
    except Refused as refused:
        if isinstance(ended, Refused) and ended.code == refused.code:
            return  # what was asked for was to sign, and why that can't be is said at the end of the run
        from infra.cli.failures import refusal

        session.out.warn("evidence.not-signed-now", why=refusal(refused, session.words))
    except sqlite3.Error as failed:
        # what was asked for is in the store already: that its checkpoint isn't must not read as if nothing were
        session.out.warn("evidence.not-signed-database", reason=type(failed).__name__)
    except BrokenPipeError:
        raise
    except OSError as failed:
        session.out.warn("evidence.not-signed-system", reason=os.strerror(failed.errno or 0))
    except KeyboardInterrupt:
        session.out.warn("evidence.interrupted")
