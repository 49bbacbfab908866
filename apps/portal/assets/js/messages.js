/**
 * The shapes of docs/protocol.md, for the type checker. Nothing here runs.
 *
 * @typedef {'microphone' | 'camera' | 'screen' | 'screen_audio'} Source
 * @typedef {'moderator' | 'participant' | 'supplier' | 'encoder'} Role An encoder is a program that presents, such as OBS.
 * @typedef {'present' | 'reconnecting' | 'gone' | 'left' | 'removed'} Presence
 * @typedef {'good' | 'fair' | 'poor'} QualityLevel
 *
 * @typedef {object} TrackRef A track by its owner and source.
 * @property {string} participant
 * @property {Source} source
 *
 * @typedef {object} Participant
 * @property {string} participant
 * @property {string} name
 * @property {string} badge Tells two people of one name apart, or is empty.
 * @property {boolean} guest
 * @property {Role} role
 * @property {Presence} presence
 * @property {string} device
 * @property {string} joined_at
 * @property {boolean} microphone
 * @property {boolean} camera
 * @property {boolean} screen
 * @property {boolean} microphone_locked
 * @property {string} [firm] Whom they come from.
 * @property {number | null} [supplier] In a tender: the number by which suppliers are told apart who may not see each other's names.
 * @property {boolean} [nameless] They are here only while they have the floor.
 * @property {string} [away_at] Since when they are gone or left, as far as this page saw it.
 *
 * @typedef {object} ChatMessage
 * @property {string} message
 * @property {string | null} participant Null for one written in the console.
 * @property {string} name
 * @property {string} to `everyone`, `moderators` or a participant id.
 * @property {string} at
 * @property {string} text
 * @property {boolean} deleted
 * @property {number | null} [supplier] Of a sender whose name is not for these eyes.
 *
 * @typedef {object} RoomFacts
 * @property {string} id
 * @property {string} slug
 * @property {string} title
 * @property {string} kind
 * @property {boolean} record
 * @property {number} max_participants
 *
 * @typedef {object} Snapshot
 * @property {string} session
 * @property {RoomFacts} room
 * @property {number} number
 * @property {'new' | 'open' | 'closed'} phase
 * @property {string | null} opened_at
 * @property {boolean} microphones_locked
 * @property {string | null} presenter
 * @property {string[]} hands
 * @property {Participant[]} participants
 * @property {ChatMessage[]} messages
 * @property {{checks: {mean_min: number} | null, asked: {check: number, until: string} | null, hidden: string[], flowing: string[]}} [presence]
 * @property {Partial<import('./recording-store.js').RecordingState>} [recording]
 * @property {import('./presenting.js').Showing | null} [presentation]
 * @property {import('./tender-store.js').Tender | null} [tender]
 *
 * @typedef {object} Quality
 * @property {QualityLevel} level
 *
 * @typedef {{number: number, at: string, type: string, actor: string} & Record<string, any>} RoomEvent
 * @typedef {{transport: string, sdp: string}} Offer
 * @typedef {Record<string, TrackRef | null>} Slots By `a=mid` of the receive line.
 *
 * @typedef {{type: 'welcome', you: string, snapshot: Snapshot, offer: Offer | null, ice_servers: RTCIceServer[], now: string}} Welcome
 * @typedef {{type: 'waiting', reason: string, room: {title: string, starts_at: string | null}}} Waiting
 * @typedef {{type: 'refused', code: string, message: string}} Refused
 * @typedef {{type: 'events', events: RoomEvent[]}} Events
 * @typedef {{type: 'done', id: number} & Record<string, any>} DoneMessage
 * @typedef {{type: 'denied', id: number, code: string, message: string}} DeniedMessage
 * @typedef {{type: 'offer', transport: string, sdp: string, ice_servers?: RTCIceServer[]}} OfferMessage
 * @typedef {{type: 'slots', transport: string, slots: Slots}} SlotsMessage
 * @typedef {{type: 'layers', transport: string, source: Source, rids: string[]}} LayersMessage
 * @typedef {{type: 'codec', transport: string, source: Source, codec: string}} CodecMessage
 * @typedef {{type: 'speakers', participants: string[]}} Speakers
 * @typedef {{type: 'quality', participants: Record<string, Quality>}} QualityMessage
 * @typedef {{type: 'tape_lights', participants: Record<string, Record<string, boolean>>}} TapeLights
 * @typedef {{type: 'closed', reason: string, by: string | null, go: string | null, message: string}} Closed
 * @typedef {{type: 'error', code: string, message: string}} ErrorMessage
 * @typedef {{type: 'pong', at: number, now: string}} Pong
 * @typedef {{type: 'tender', tender: import('./tender-store.js').Tender}} TenderMessage
 * @typedef {{type: 'pointer', participant: string | null, x: number | null, y: number | null}} PointerMessage
 * @typedef {{type: 'presentation', presentation: import('./presenting.js').Item}} PresentationMessage
 * @typedef {Welcome | Waiting | Refused | Events | DoneMessage | DeniedMessage | OfferMessage | SlotsMessage | LayersMessage | CodecMessage | Speakers
 *   | QualityMessage | Closed | ErrorMessage | Pong | PointerMessage | PresentationMessage | TapeLights | TenderMessage} ServerMessage
 *
 * @typedef {{transport: string, stage: TrackRef | null, thumbnails: TrackRef[], stage_height_px: number,
 *   thumbnail_height_px: number}} View
 * @typedef {{type: string} & Record<string, any>} Command One of apps/live/commands.py, wire part.
 */
export {};
