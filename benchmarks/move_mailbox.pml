/* The site of Q271547 for Spin, written by hand from the prose: two servers, one mailbox and NA
 * attachments. It shares nothing with the model in Python but the meaning.
 *
 * A state is: per server whether the store runs, its version, the format of its databases, AVAPI;
 * the mailbox's move, its home, and its target while it copies; per attachment its state, whether
 * it was scanned, and whether this move has copied it. No event log, no histories of claims.
 *
 * Versions are four representatives: 0 is 5.5.2650.23, 1 is 5.5.2651.68, 2 is 5.5.2652.68 and 3 is
 * 5.5.2653.23. Formats are 0 before 2.45, 1 for 2.45, 2 for 2.46. A2 is read per request, unless
 * STICKY is defined.
 */

#ifndef NA
#define NA 1
#endif

#if NA == 1
#define EVERY_COPIED copied[0]
#elif NA == 2
#define EVERY_COPIED (copied[0] && copied[1])
#elif NA == 3
#define EVERY_COPIED (copied[0] && copied[1] && copied[2])
#else
#define EVERY_COPIED (copied[0] && copied[1] && copied[2] && copied[3])
#endif

#define UNSCANNED 0
#define SCANNING 1
#define RELEASED 2

#define IDLE 0
#define COPYING 1
#define MOVED 2
#define FAILED 3
#define INTERRUPTED 4

#ifdef STICKY
#define BYPASS life[i] = RELEASED
#else
#define BYPASS skip
#endif

#define native(v) ((v) < 2 -> (v) : 2)
#define fixed(v) ((v) == 3)

bool running[2] = true;
byte version[2];
byte format[2];
bool antivirus[2];
byte move = IDLE;
bit home;
bit target;
byte life[NA] = UNSCANNED;
bool scanned[NA];
bool copied[NA];

byte a;                 /* counts attachments inside a step, and is 0 between steps */

inline scans_dropped() {
  for (a : 0 .. NA - 1) {
    if
    :: life[a] == SCANNING -> life[a] = UNSCANNED
    :: else
    fi
  }
  a = 0
}

inline everything_rescanned() {
  for (a : 0 .. NA - 1) { life[a] = UNSCANNED; scanned[a] = false }
  a = 0
}

inline start_store(s) {
  d_step { !running[s] && format[s] <= native(version[s]) ->
    running[s] = true; format[s] = native(version[s]) }
}

inline stop_store(s) {
  d_step { running[s] ->
    running[s] = false;
    if
    :: move == COPYING && (home == s || target == s) -> move = INTERRUPTED; target = 0
    :: else
    fi;
    if
    :: home == s -> scans_dropped()
    :: else
    fi }
}

inline replace_store(s, v) { d_step { !running[s] -> version[s] = v } }

inline enable_antivirus(s) {
  d_step { !antivirus[s] ->
    antivirus[s] = true;
    if
    :: home == s -> everything_rescanned()
    :: else
    fi }
}

inline disable_antivirus(s) {
  d_step { antivirus[s] ->
    antivirus[s] = false;
    if
    :: home == s -> scans_dropped()
    :: else
    fi }
}

inline update_signatures(s) { d_step { antivirus[s] && home == s -> everything_rescanned() } }

inline start_move() {
  d_step { move != COPYING && running[0] && running[1] ->
    move = COPYING; target = 1 - home;
    for (a : 0 .. NA - 1) { copied[a] = false }
    a = 0 }
}

inline finish_move() {
  d_step { move == COPYING && EVERY_COPIED ->
    move = MOVED; home = target; target = 0;
    everything_rescanned();
    for (a : 0 .. NA - 1) { copied[a] = false }
    a = 0 }
}

inline background_scan(i) {
  d_step { running[home] && antivirus[home] && life[i] == UNSCANNED -> life[i] = SCANNING }
}

inline complete_scan(i) {
  d_step { life[i] == SCANNING -> life[i] = RELEASED; scanned[i] = true }
}

inline client_open(i) {
  d_step { running[home] && life[i] == UNSCANNED ->
    if
    :: antivirus[home] -> life[i] = SCANNING
    :: else -> life[i] = RELEASED
    fi }
}

inline copy_attachment(i) {
  d_step { move == COPYING && !copied[i] ->
    if
    :: life[i] == RELEASED -> copied[i] = true
    :: life[i] != RELEASED && !antivirus[home] -> life[i] = RELEASED; copied[i] = true
    :: life[i] != RELEASED && antivirus[home] && fixed(version[home]) -> BYPASS; copied[i] = true
    :: life[i] != RELEASED && antivirus[home] && !fixed(version[home]) ->
         life[i] = SCANNING; move = FAILED; target = 0
    fi }
}

/* safety.scan_is_served, of every state: an attachment under scan is on a running store with AVAPI
 * enabled. */
inline scan_is_served(i) {
  d_step { life[i] == SCANNING && !(running[home] && antivirus[home]) -> assert(false) }
}

#define OF_SERVER(s) \
  :: start_store(s) :: stop_store(s) \
  :: replace_store(s, 0) :: replace_store(s, 1) :: replace_store(s, 2) :: replace_store(s, 3) \
  :: enable_antivirus(s) :: disable_antivirus(s) :: update_signatures(s)

#define OF_ATTACHMENT(i) \
  :: background_scan(i) :: complete_scan(i) :: client_open(i) :: copy_attachment(i) \
  :: scan_is_served(i)

active proctype site() {
  byte v, w, e, f, h;
  atomic {
    select (v : 0 .. 3); select (w : 0 .. 3);
    select (e : 0 .. 1); select (f : 0 .. 1); select (h : 0 .. 1);
    version[0] = v; version[1] = w;
    format[0] = native(v); format[1] = native(w);
    antivirus[0] = e; antivirus[1] = f; home = h;
    v = 0; w = 0; e = 0; f = 0; h = 0
  }
  do
  OF_SERVER(0)
  OF_SERVER(1)
  :: start_move()
  :: finish_move()
  OF_ATTACHMENT(0)
#if NA > 1
  OF_ATTACHMENT(1)
#endif
#if NA > 2
  OF_ATTACHMENT(2)
#endif
#if NA > 3
  OF_ATTACHMENT(3)
#endif
  od
}
