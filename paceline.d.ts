// window.paceline: what a person at the tab can do, for scripts, bots, embedding, diagnostics and benchmarks. The same in
// every build, and no more than the page itself offers.
//
// Every call that makes an event resolves with its CID once the event is durably stored; every rejection is a
// PacelineError with a stable code (docs/notices.md) and a plain message. Order the calls you care about with `await`.
//
// Whoever changes it runs `cargo xtask contract`, which refuses to lose anything and says when `api` has to rise.
//
//   const link = await paceline.found({ title: "Release week" });
//   const post = await paceline.post({ text: "Good **morning**" });
//   const stop = paceline.on("event", (event) => console.log(event.kind, event.cid));

/** The name of an event: CIDv1 (dag-cbor, sha2-256), base32. */
type Cid = string;
/** A node's key as its libp2p PeerId. One key for each node and room. */
type NodeId = string;
/** What a post is. A driver is a tension that somebody senses. */
type PostKind = "update" | "question" | "idea" | "need" | "driver";
/** How feedback stands to its target. The last three open a loop: they ask for an answer. */
type Stance = "appreciate" | "build-on" | "question" | "concern" | "correct";
/** What a round asks for: one of these. An option of dots that is the name of an event stands for that. */
type Ask = {
  words?: boolean;
  /** Each says as many things as it likes. */
  many?: boolean;
  /** From -100 to 100, with a label at each end. */
  scale?: { min: number; max: number; low: string; high: string };
  /** 2 to 16. */
  choice?: string[];
  /** 1 to 20 dots for 1 to 64 options. */
  dots?: { budget: number; options: string[] };
  /** That each speaks in turn. */
  spoken?: { secondsEach?: number };
};
/** An answer: one of these. `choice` counts from 0; `dots` has the options by their texts. */
type RoundAnswer = { text?: string; number?: number; choice?: number; dots?: Points };
type Points = Record<string, number>; // by option
/** How something is decided, from the loosest on. With advice who proposed it decides, and changes nothing of the room. */
type Policy = "advice" | "majority" | "consent" | "unanimous";
/** What a decision changes: one of these. Nothing else changes any of it. The last two are mandates: they let somebody move a baton. */
type Effect = {
  title?: string;
  purpose?: string;
  /** Those that change. `quorum` in per cent, `grace` in seconds. */
  values?: { policy?: Policy; quorum?: number; quorumCap?: number; grace?: number; prompts?: string[] };
  behindNotice?: NodeId;
  /** What they have written stands behind a notice no longer. */
  noNotice?: NodeId;
  /** The room's next version: comes to something only if it is one above what the room has then. */
  version?: number;
  handBaton?: { baton: Cid; to: NodeId };
  closeBaton?: Cid;
};
/** How this node stands to the others. */
type Connection = "connecting" | "alone" | "catching-up" | "in-sync" | "partial" | "offline";

/** How much of a room a tab takes: everything until it is very large, everything, what is new, or nothing more (then writing rejects with read-only). */
type Takes = "until-full" | "all" | "newest" | "nothing";

interface PacelineError extends Error {
  /** Stable, documented in docs/notices.md. */
  code: string;
}

interface Paceline {
  /** Version of this build. */
  readonly version: string;
  /** The number of this contract. It rises when the contract gains something, and the contract only gains; builds before 1 have none. */
  readonly api: number;

  /**
   * Founds a room and opens it; resolves with its link when it is shown. `form` is `blank` if left out. Rejects with `superseded` if
   * another address was opened meanwhile: the room is among "my rooms" then.
   */
  found(o: { title: string; purpose?: string; form?: string }): Promise<string>;
  /**
   * Opens the room of a link, as its address would; resolves when it is shown. Rejects: bad-link, newer-link, superseded (another
   * address was opened meanwhile; the last one wins), ...
   */
  join(link: string): Promise<void>;
  /** Closes the open room; everything stays in this browser. */
  leave(): Promise<void>;
  /** How much of the open room this tab takes from now on, in this browser; see `Status.takes`. */
  take(what: Takes): Promise<void>;
  /** Says who this node is; the latest wins. `hue` is 0 to 11. */
  introduce(o: { name: string; strengths?: string[]; hue?: number }): Promise<Cid>;

  /** Says something to everyone. `mentions`: up to 16 nodes that it speaks to. */
  post(o: { text: string; kind?: PostKind; replyTo?: Cid; tags?: string[]; mentions?: NodeId[] }): Promise<Cid>;
  /** New words for one's own post. */
  edit(post: Cid, text: string): Promise<Cid>;
  /** Takes one's own post back: the words go everywhere, the trace stays. */
  retract(post: Cid): Promise<Cid>;
  /** Takes one version of one's own post back, its first words (named by the post) or those of an edit: they go everywhere, the others stay. */
  retractVersion(version: Cid): Promise<Cid>;
  /** Gives feedback on a post, or on a term (named by the transfer that began it, `terms[].from`). */
  feedback(o: { target: Cid; stance: Stance; text?: string; sources?: string[] }): Promise<Cid>;
  /** Closes a loop; by whom it is addressed to. `by` links what changed. */
  answer(feedback: Cid, o: { as: "adjusted" | "noted" | "declined"; text: string; by?: Cid }): Promise<Cid>;
  /** Takes one's own feedback back. */
  withdrawFeedback(feedback: Cid): Promise<Cid>;

  /** The lead for a need or role: at most one node holds a baton. */
  readonly baton: {
    /** Opens a baton, free. `minutes` is how long a term is meant to be. */
    open(o: { title: string; need?: Cid; strengths?: string[]; minutes?: number }): Promise<Cid>;
    /** Takes a free baton. */
    take(baton: Cid): Promise<Cid>;
    /** Offers the baton one holds; resolves with the offer. */
    offer(baton: Cid, to: NodeId, note?: string): Promise<Cid>;
    /** Takes one's own offer back. */
    withdraw(offer: Cid): Promise<Cid>;
    /** Accepts an offer made to this node. */
    accept(offer: Cid): Promise<Cid>;
    /** Declines it. */
    decline(offer: Cid, why?: string): Promise<Cid>;
    /** Lets go; the baton is free. */
    release(baton: Cid, note?: string): Promise<Cid>;
    /** Leads on for a holder who vanished, or whose minutes are over. */
    stepIn(baton: Cid): Promise<Cid>;
    /** Takes the lead back after others stepped in. */
    reclaim(baton: Cid): Promise<Cid>;
    /** The work is done. */
    close(baton: Cid, outcome?: string): Promise<Cid>;
  };

  /** What somebody will do. Nobody gives anybody a task: an ask waits until somebody promises from it. */
  readonly promise: {
    /** Only an ask. */
    ask(node: NodeId, text: string): Promise<Cid>;
    /** Promises something; `due` is a day, "2026-12-01"; `from` an ask, whoever was asked, or a post. */
    make(o: { text: string; due?: string; from?: Cid }): Promise<Cid>;
    /** It is done; `evidence` is a post that shows it. A promise that was dropped may still be kept. The ask that a promise comes from names it, too. */
    keep(promise: Cid, evidence?: Cid): Promise<Cid>;
    /** It will not be done. */
    drop(promise: Cid, why: string): Promise<Cid>;
    /** It goes on, and is due by then; without a day, by none. Not once it was kept or dropped; `retract` takes it back. */
    renew(promise: Cid, due?: string): Promise<Cid>;
  };

  /** Who might lead. */
  readonly lead: {
    /** Names somebody for a baton, and says why; the latest of each node stands. It moves nothing. Resolves with the CID of the event. */
    nominate(baton: Cid, node: NodeId, why: string): Promise<Cid>;
  };

  /** What in other tools an admin does, here a decision does. */
  readonly decision: {
    /**
     * Proposes something for all to decide: as the room does, or more strictly. A `trial` ends on `reviewOn`, a day, "2026-12-01"; `about` is the
     * post that it comes from, or the proposal that is looked at again by it.
     */
    propose(o: { title: string; text: string; policy?: Policy; effect?: Effect; trial?: boolean; reviewOn?: string; meeting?: Cid; about?: Cid }): Promise<Cid>;
    /** Another text for one's own proposal: what was said to the text before counts no more, but for objections. */
    amend(proposal: Cid, text: string): Promise<Cid>;
    /** Says something to its latest text; an objection needs its reason. */
    ballot(proposal: Cid, o: { stance: "consent" | "concern" | "object" | "stand-aside"; reason?: string; fix?: string }): Promise<Cid>;
    /** Decides. Rejects with not-decided if by what is here it is not. */
    close(proposal: Cid): Promise<Cid>;
    /** Takes one's own proposal back. */
    withdraw(proposal: Cid): Promise<Cid>;
  };

  /** Meetings: a room outlives them. Several that go on are shown as one; closing one closes all of them. */
  readonly meeting: {
    /** Opens a meeting with an agenda; without a title it is called after its form. `resumes`: one that ended. */
    open(o?: { title?: string; form?: string; prompts?: string[]; agenda?: NewItem[]; callLink?: string; resumes?: Cid }): Promise<Cid>;
    /** Ends it, and all others that go on. One that two others acted in meanwhile, unseen, goes on. */
    close(meeting: Cid, note?: string): Promise<Cid>;
    /** A baton becomes a role of the meeting. */
    role(meeting: Cid, baton: Cid): Promise<Cid>;
    /**
     * Puts it last on the agenda of a meeting, of the one that goes on if none is named; `null`: among what is for later. `about`: a post, whose
     * words are the title if that is empty. Its author takes it back with `retract`.
     */
    addItem(o: { title: string; minutes?: number; kind?: ItemKind; tags?: string[]; meeting?: Cid | null; about?: Cid }): Promise<Cid>;
    /** `before`: an item of the same agenda, or `null`, at its end. `meeting`: another one, or `null`, for later. */
    changeItem(item: Cid, o: { title?: string; minutes?: number; before?: Cid | null; meeting?: Cid | null }): Promise<Cid>;
    doneItem(item: Cid, outcome?: string): Promise<Cid>;
    undoneItem(item: Cid): Promise<Cid>;
    /** The meeting has come to this item, which starts its time. */
    at(item: Cid): Promise<Cid>;
    /** Gives time; 0 stops it. At most a day. */
    timer(o: { seconds: number; about?: Cid }): Promise<Cid>;
    /** Raises this node's hand, or takes it down: presence, not an event. Hands stand in the order in which they were raised. */
    hand(up: boolean): Promise<void>;
  };

  readonly round: {
    /** Asks everybody. `order`: who speaks in which order. In a sealed one nobody sees what others answer until all show. */
    open(o: { question: string; ask: Ask; sealed?: boolean; meeting?: Cid; order?: NodeId[] }): Promise<Cid>;
    /** Answers; the latest counts, or all if the round asks for many. */
    answer(round: Cid, answer: { text?: string; number?: number; choice?: number; dots?: Points }): Promise<Cid>;
    /** Nothing to say; in a round that is spoken one's turn goes. */
    pass(round: Cid): Promise<Cid>;
    /** What has become of somebody's turn; whose it is then follows from the order. */
    turn(round: Cid, node: NodeId, state: "joined" | "spoken" | "passed" | "away" | "again"): Promise<Cid>;
    /** All said. */
    done(round: Cid): Promise<Cid>;
    close(round: Cid): Promise<Cid>;
    /** Goes on with a round that was closed, whoever closed it. */
    reopen(round: Cid): Promise<Cid>;
    /** Takes back that anything was asked, as long as nobody has answered. */
    undo(round: Cid): Promise<Cid>;
    /** Lets all show what they answered. */
    reveal(round: Cid): Promise<Cid>;
    /** Asks the others to wait with the reveal: presence, not an event, for ten seconds. */
    wait(round: Cid): Promise<void>;
    /** Puts an answer under a title, to another that says the same, or under nothing. */
    place(answer: Cid, under?: { title?: string; answer?: Cid }): Promise<Cid>;
  };
  /**
   * One person, several tabs and devices. Two nodes are joined once each has said it of the other, the second having seen the first; who said it
   * first is home, and is what the other is counted as. It gives no right over batons, nor over each other's words.
   */
  readonly person: {
    /** That node is the same person as this one. Nothing comes of it before that one says so, too. */
    alsoMe(node: NodeId): Promise<Cid>;
    /** It is not, or no more. */
    notMe(node: NodeId): Promise<Cid>;
  };

  /** The notes of a meeting: of the one that goes on if none is named, else of the last. In the language of the page. */
  minutes(o?: { meeting?: Cid; as?: "markdown" | "html" }): Promise<string>;

  /** This node, now. */
  status(): Promise<Status>;
  /** The room, from the log alone: nodes with the same digest show the same (but for words not yet here). */
  state(): Promise<RoomState>;
  /** What only this node sees: presence, reach, notices. */
  local(): Promise<LocalState>;
  /**
   * The room for practice: one in memory over the open one, which goes on; all else here is about the open one. Its nodes, that of the person
   * at the tab first.
   */
  practice(): Promise<PracticeReport>;

  /** The log as CAR, which any IPLD tool reads. */
  exportCar(): Promise<Uint8Array>;
  /** The log as JSON lines, one event each, with the words that are here: to be read with other tools. */
  exportJson(): Promise<string>;
  /** Takes a CAR in, checked like everything that comes over the network. */
  importCar(bytes: Uint8Array): Promise<{ admitted: number; known: number; pending: number; refused: Record<string, number> }>;

  /** The switch in Settings: drops all links and keeps working. */
  offline(): Promise<void>;
  online(): Promise<void>;
  /** No direct link with that node; a local choice. */
  refuse(node: NodeId): Promise<void>;
  allow(node: NodeId): Promise<void>;
  /** Two codes, there and back, for places without any network service. */
  byHand: {
    /** The code to give to somebody. */
    invite(): Promise<string>;
    /** The reply to somebody's invite, to be given back. */
    reply(invite: string): Promise<string>;
    /** Takes the reply to one's own invite: the link comes up. */
    accept(reply: string): Promise<void>;
  };

  /** An event was admitted, own or other. Returns: stop listening (also for the others). */
  on(name: "event", fn: (e: { cid: Cid; author: NodeId; kind: string }) => void): () => void;
  /** A link came up or went down. */
  on(name: "peer", fn: (e: { node: NodeId; up: boolean }) => void): () => void;
  /** The room's state changed. */
  on(name: "state", fn: (e: { digest: string }) => void): () => void;
}

type ItemKind = "talk" | "round" | "decision";

/** Something for an agenda: a talk, unless it is said to be something else. */
interface NewItem {
  title: string;
  minutes?: number;
  kind?: ItemKind;
  tags?: string[];
}

interface PracticeReport {
  /** Null while nobody practises. */
  room: Cid | null;
  nodes: {
    node: NodeId;
    digest: string;
    /** Admitted; `others`: of them by others; `checked`: signatures of others that this node has checked. */
    events: number;
    others: number;
    checked: number;
    refused: Record<string, number>;
  }[];
}

interface Status {
  /** Null while no room is open. */
  room: Cid | null;
  node: NodeId | null;
  state: Connection;
  /** The linked nodes, then those present that are reached through them. */
  peers: {
    node: NodeId;
    name: string;
    direct: boolean;
    rttMs: number | null;
    /** Which rendezvous found it: "room" if the room introduced it; empty if it is not linked. */
    via: string;
    path: "webrtc" | "broadcast" | "relayed" | "through";
    /** If it is not linked: the linked node through which it is reached. */
    through?: NodeId;
  }[];
  /** Admitted. */
  events: number;
  /** Waiting for what they build on. */
  pending: number;
  /**
   * Signatures of others that this page has checked since it opened the room: `together` with others, by one multiplication of many points
   * each time, or `alone`; `spoilt`: bad ones for which others had to be checked once more. `ms`: milliseconds that all of it took.
   */
  signatures: { multiplications: number; together: number; alone: number; spoilt: number; ms: number };
  /** What is taken of the room, as the person at the tab chose; `full`: as much is here as is taken without asking. */
  takes: Takes;
  full: boolean;
  /** Refused, by reason: bad-signature, not-canonical, too-large, wrong-room, wrong-depth, replayed-envelope, ... */
  refused: Record<string, number>;
  /**
   * Skipped, because a later build wrote it, by what it was: newer-message, newer-field, newer-frame, newer-envelope, newer-signal, newer-signal-field,
   * newer-code-field, newer-link-field, newer-version. It is held against nobody.
   */
  newer: Record<string, number>;
  /** Events and words known to exist, not here yet. */
  missing: number;
  storage: { events: number; bytes: number; persisted: boolean };
  rendezvous: { kind: string; url?: string; state: string; sent: number; received: number }[];
  /** How this page fares in this tab since it was opened: what held people up, and what memory it holds. */
  page: {
    /** Tasks of 50 ms or more: meanwhile nothing answers a key or a click. */
    longTasks: number;
    /** The longest of them, 0 if there was none. */
    longestTaskMs: number;
    /** The browser measures each task; where it does not, the page's clock says how late it ticks: of a pause a second goes unseen. */
    measuredBy: "browser" | "clock";
    /** What its WebAssembly holds. It never shrinks. */
    memoryBytes: number;
    /** The open room's events, as they came. */
    logBytes: number;
    /** Its words that are here. */
    wordsBytes: number;
    /** How often anything was drawn anew since the room was opened. At rest nothing is. */
    drawings: number;
  };
}

interface RoomState {
  /** Of the set of admitted events. */
  digest: string;
  title: string;
  purpose: string;
  form: string;
  /** No more powers than anyone. */
  founder: NodeId;
  people: { node: NodeId; name: string; strengths: string[]; hue: number; split: boolean }[];
  /** In display order; only `words` and `text` may differ at an equal digest, and the tags of an edited post: they are read from its text. */
  posts: {
    cid: Cid;
    author: NodeId;
    kind: PostKind;
    words: "here" | "missing" | "retracted";
    text: string | null;
    replyTo: Cid | null;
    tags: string[];
    /** Nodes it speaks to. */
    mentions: NodeId[];
    /** The author's clock, Unix milliseconds: for showing, never for deciding. */
    at: number;
    depth: number;
    edited: boolean;
    /** A correction stands against it. */
    contested: boolean;
  }[];
  /** Of posts that were edited, what each has said: by post, the latest first. `cid` is the post, for its first words, or the edit. */
  versions: { post: Cid; cid: Cid; words: "here" | "missing" | "retracted"; text: string | null; at: number; depth: number }[];
  feedback: {
    cid: Cid;
    author: NodeId;
    target: Cid;
    stance: Stance;
    text: string | null;
    state: "given" | "open" | "adjusted" | "noted" | "declined" | "withdrawn";
  }[];
  batons: {
    cid: Cid;
    title: string;
    state: "free" | "held" | "offered" | "closed";
    holder: NodeId | null;
    offer: Cid | null;
    offeredTo: NodeId | null;
    /** The transfer that is current, or the opening. */
    tip: Cid;
    /** False while two led side by side and the room has not gone on clearly with one. */
    settled: boolean;
    terms: {
      holder: NodeId;
      from: Cid;
      until: Cid | null;
      by: "taken" | "accepted" | "stepped-in" | "reclaimed" | "decision";
      /** Led while the room followed another: kept, never lost. */
      parallel: boolean;
    }[];
    /** What people wrote with an act: an offer's note, why it was declined, a release's note, what came of it. */
    notes: {
      cid: Cid;
      author: NodeId;
      act: "offered" | "declined" | "released" | "closed";
      /** The term it belongs to: its `from`. */
      term: Cid;
      /** To whom it was offered. */
      to: NodeId | null;
      text: string;
    }[];
  }[];
  /** In order of opening. */
  meetings: {
    cid: Cid;
    title: string;
    form: string;
    state: "open" | "closed";
    /** The item it has come to. */
    at: Cid | null;
    /** Its agenda in order; what it left undone when it was closed is `backlog`. */
    items: { cid: Cid; title: string; about: Cid | null; minutes: number | null; state: "planned" | "done" | "backlog"; outcome: string | null }[];
    /** The time that was set last. No clock is trusted: it runs from when it is heard. */
    timer: { seconds: number; setAt: number; about: Cid | null } | null;
  }[];
  /** In order of opening. People are known by their homes when the round was opened. */
  rounds: {
    cid: Cid;
    question: string;
    ask: Ask;
    sealed: boolean;
    /** Revealed: a sealed one was shown, another was closed. */
    state: "open" | "revealed";
    /** What can be seen, in display order; of a sealed round nothing before it is revealed. */
    answers: {
      cid: Cid;
      node: NodeId;
      answer: RoundAnswer | null;
      /** What was sealed opens by its author, or by the shares of two others. */
      opened: boolean;
      theme: string | null;
    }[];
    answered: NodeId[];
    /** Who has nothing to say. */
    passed: NodeId[];
    /** Who takes part in a round that is spoken, in the order of their turns. */
    order: NodeId[];
    now: NodeId | null;
    next: NodeId | null;
    themes: { title: string; answers: Cid[] }[];
    /** How many chose each option, how many dots each got, how often each number was given. */
    totals: Record<string, number> | null;
  }[];
  /** What is for later: of no meeting, or left by one. */
  backlog: { cid: Cid; title: string; about: Cid | null; minutes: number | null; state: "backlog"; outcome: null }[];
  /** Everybody once, in the order of their homes' first events. The name is that of the latest introduction of any of their nodes. */
  persons: {
    /** The home first, then those that joined it. */
    nodes: NodeId[];
    name: string;
  }[];
  /** In display order. An ask and the promise from it are one row: `cid` and `node` are those of the ask, then those of the promise. */
  promises: {
    cid: Cid;
    /** Who promised it, or is asked to. */
    node: NodeId;
    text: string | null;
    state: "asked" | "promised" | "kept" | "dropped";
    /** A day, "2026-12-01", as was said last. */
    due: string | null;
    /** How often it was said to go on, and when that was said last, in Unix milliseconds by its author's clock. */
    renewed: { times: number; at: number } | null;
    /** The ask or the post that it comes from. */
    from: Cid | null;
  }[];
  /** In display order. */
  proposals: {
    cid: Cid;
    /** Its latest text: the proposal itself, or an amendment. */
    version: Cid;
    title: string;
    text: string | null;
    policy: Policy;
    /** Suspended: it was decided, until somebody who had not been heard objected. */
    state: "open" | "carried" | "suspended" | "withdrawn";
    ballots: {
      node: NodeId;
      version: Cid;
      stance: "consent" | "concern" | "object" | "stand-aside";
      reason: string | null;
      fix: string | null;
      counts: boolean;
      /** Most had gone on with the decision: it stands. */
      late: boolean;
    }[];
    /** How many must have answered. */
    quorum: number;
    reviewOn: string | null;
    /** The post that it comes from, or the proposal that is looked at again by it. */
    about: Cid | null;
    /** The text that counts. */
    carried: Cid | null;
  }[];
  /** By which the room goes on, as is decided now. Of what is beyond this build: one above the latest that it knows. */
  version: number;
  /** How it came to that, by version: the closing by which it was decided, by whom, and of which proposal. */
  raised: { cid: Cid; author: NodeId; at: number; to: number; by: Cid }[];
  /** Of a newer version: this build reads on, and writes only introductions, posts, feedback, takes them back, and answers proposals for a version. */
  newer: boolean;
  /** In display order: what a newer version wrote, or what fits no kind. Kept whole with its words, and passed on. */
  unknown: { cid: Cid; author: NodeId; kind: string; at: number }[];
}

interface LocalState {
  present: { node: NodeId; here: "here" | "away" | "gone"; sinceMs: number }[];
  /**
   * Of recent posts: how many members are known to have it, of how many. A member is a person, however many tabs it has, who is here or
   * was heard from in the last 14 days.
   */
  reach: Record<Cid, { stored: number; of: number }>;
  /** Who raises a hand, in their order, each person once. */
  hands: NodeId[];
  /** Who asks to wait with the reveal of which round. */
  waits: { node: NodeId; round: Cid }[];
  /** The time that runs in the meeting that goes on, in seconds, the same in every tab to a second. `set`: the event that gave it. */
  timer: { set: Cid; about: Cid | null; seconds: number; left: number } | null;
  notices: { code: string; text: string; about?: Cid }[];
}

interface Window {
  readonly paceline: Paceline;
}
