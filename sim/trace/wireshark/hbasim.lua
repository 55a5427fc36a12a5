-- Wireshark's dissector of what hbasim captures beside the wire: the mailbox of adapters (LINKTYPE_USER0) and WMI
-- (LINKTYPE_USER1). The frames are described in sim/lab/command/driver_frames.ts.
--
--   tshark -X lua_script:hbasim.lua -r run.pcapng
--
-- or put this file into the folder of personal Lua plugins (Wireshark: About, Folders). A test holds the tables of names
-- against those of the program, tests/trace/driver_frames_test.ts.

local COMMANDS = {
  [0x09] = "aboutFirmware",
  [0x14] = "stopFirmware",
  [0x69] = "getFirmwareState",
  [0xc0] = "setPresharedKeyForId",
  [0xc1] = "getPresharedKeyForId",
  [0xc2] = "setGroupPresharedKey",
  [0xc3] = "setTunnelModeOuterAddress",
  [0xc4] = "clearCache",
  [0xc5] = "setGenerationalGuid",
  [0xc6] = "getAdapterInformation",
  [0xc8] = "openSession",
  [0xc9] = "closeSession",
  [0xca] = "savePersistentLogin",
  [0xcb] = "removePersistentLogin",
  [0xcc] = "getPersistentLogin",
  [0xcd] = "addConnection",
  [0xce] = "removeConnection",
  [0xcf] = "getConnection",
  [0xd0] = "getPortAddress",
  [0xd1] = "getPhase1Statistics",
  [0xd2] = "getSecurityCapabilities",
  [0xd3] = "getSessionLogin",
}

local MAILBOX_STATUSES = {
  [0x0001] = "booting",
  [0x0007] = "busy",
  [0x4000] = "commandComplete",
  [0x4001] = "invalidCommand",
  [0x4002] = "hostInterfaceError",
  [0x4005] = "commandError",
  [0x4006] = "parameterError",
  [0x4007] = "initializationError",
}

local ISDSC_STATUSES = {
  [0x00000000] = "SUCCESS",
  [0xefff0001] = "ISDSC_NON_SPECIFIC_ERROR",
  [0xefff0002] = "ISDSC_LOGIN_FAILED",
  [0xefff0003] = "ISDSC_CONNECTION_FAILED",
  [0xefff0004] = "ISDSC_INITIATOR_NODE_ALREADY_EXISTS",
  [0xefff0005] = "ISDSC_INITIATOR_NODE_NOT_FOUND",
  [0xefff0006] = "ISDSC_TARGET_MOVED_TEMPORARILY",
  [0xefff0007] = "ISDSC_TARGET_MOVED_PERMANENTLY",
  [0xefff0008] = "ISDSC_INITIATOR_ERROR",
  [0xefff0009] = "ISDSC_AUTHENTICATION_FAILURE",
  [0xefff000a] = "ISDSC_AUTHORIZATION_FAILURE",
  [0xefff000b] = "ISDSC_NOT_FOUND",
  [0xefff000c] = "ISDSC_TARGET_REMOVED",
  [0xefff000d] = "ISDSC_UNSUPPORTED_VERSION",
  [0xefff000e] = "ISDSC_TOO_MANY_CONNECTIONS",
  [0xefff000f] = "ISDSC_MISSING_PARAMETER",
  [0xefff0010] = "ISDSC_CANT_INCLUDE_IN_SESSION",
  [0xefff0011] = "ISDSC_SESSION_TYPE_NOT_SUPPORTED",
  [0xefff0012] = "ISDSC_TARGET_ERROR",
  [0xefff0013] = "ISDSC_SERVICE_UNAVAILABLE",
  [0xefff0014] = "ISDSC_OUT_OF_RESOURCES",
  [0xefff0015] = "ISDSC_CONNECTION_ALREADY_EXISTS",
  [0xefff0016] = "ISDSC_SESSION_ALREADY_EXISTS",
  [0xefff0017] = "ISDSC_INITIATOR_INSTANCE_NOT_FOUND",
  [0xefff0018] = "ISDSC_TARGET_ALREADY_EXISTS",
  [0xefff0019] = "ISDSC_DRIVER_BUG",
  [0xefff001a] = "ISDSC_INVALID_TEXT_KEY",
  [0xefff001b] = "ISDSC_INVALID_SENDTARGETS_TEXT",
  [0xefff001c] = "ISDSC_INVALID_SESSION_ID",
  [0xefff001d] = "ISDSC_SCSI_REQUEST_FAILED",
  [0xefff001e] = "ISDSC_TOO_MANY_SESSIONS",
  [0xefff001f] = "ISDSC_SESSION_BUSY",
  [0xefff0020] = "ISDSC_TARGET_MAPPING_UNAVAILABLE",
  [0xefff0021] = "ISDSC_ADDRESS_TYPE_NOT_SUPPORTED",
  [0xefff0022] = "ISDSC_LOGON_FAILED",
  [0xefff0023] = "ISDSC_SEND_FAILED",
  [0xefff0024] = "ISDSC_TRANSPORT_ERROR",
  [0xefff0025] = "ISDSC_VERSION_MISMATCH",
  [0xefff0026] = "ISDSC_TARGET_MAPPING_OUT_OF_RANGE",
  [0xefff0027] = "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE",
  [0xefff0028] = "ISDSC_TARGET_AUTHINFO_UNAVAILABLE",
  [0xefff0029] = "ISDSC_TARGET_NOT_FOUND",
  [0xefff002a] = "ISDSC_LOGIN_USER_INFO_BAD",
  [0xefff002b] = "ISDSC_TARGET_MAPPING_EXISTS",
  [0xefff002c] = "ISDSC_HBA_SECURITY_CACHE_FULL",
  [0xefff002d] = "ISDSC_INVALID_PORT_NUMBER",
  [0xafff002e] = "ISDSC_OPERATION_NOT_ALL_SUCCESS",
  [0xefff002f] = "ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED",
  [0xefff0030] = "ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED",
  [0xefff0031] = "ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE",
  [0xefff0032] = "ISDSC_TARGET_PORTAL_ALREADY_EXISTS",
  [0xefff0033] = "ISDSC_TARGET_ADDRESS_ALREADY_EXISTS",
  [0xefff0034] = "ISDSC_NO_AUTH_INFO_AVAILABLE",
  [0xefff0035] = "ISDSC_NO_TUNNEL_OUTER_MODE_ADDRESS",
  [0xefff0036] = "ISDSC_CACHE_CORRUPTED",
  [0xefff0037] = "ISDSC_REQUEST_NOT_SUPPORTED",
  [0xefff0038] = "ISDSC_TARGET_OUT_OF_RESORCES",
  [0xefff0039] = "ISDSC_SERVICE_DID_NOT_RESPOND",
  [0xefff003a] = "ISDSC_ISNS_SERVER_NOT_FOUND",
  [0xafff003b] = "ISDSC_OPERATION_REQUIRES_REBOOT",
  [0xefff003c] = "ISDSC_NO_PORTAL_SPECIFIED",
  [0xefff003d] = "ISDSC_CANT_REMOVE_LAST_CONNECTION",
  [0xefff003e] = "ISDSC_SERVICE_NOT_RUNNING",
  [0xefff003f] = "ISDSC_TARGET_ALREADY_LOGGED_IN",
  [0xefff0040] = "ISDSC_DEVICE_BUSY_ON_SESSION",
  [0xefff0041] = "ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA",
  [0xefff0042] = "ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA",
  [0xefff0043] = "ISDSC_PORTAL_NOT_FOUND",
  [0xefff0044] = "ISDSC_INITIATOR_NOT_FOUND",
  [0xefff0045] = "ISDSC_DISCOVERY_MECHANISM_NOT_FOUND",
  [0xefff0046] = "ISDSC_IPSEC_NOT_SUPPORTED_ON_OS",
  [0xefff0047] = "ISDSC_PERSISTENT_LOGIN_TIMEOUT",
  [0xafff0048] = "ISDSC_SHORT_CHAP_SECRET",
  [0xefff0049] = "ISDSC_EVALUATION_PEROID_EXPIRED",
  [0xefff004a] = "ISDSC_INVALID_CHAP_SECRET",
  [0xefff004b] = "ISDSC_INVALID_TARGET_CHAP_SECRET",
  [0xefff004c] = "ISDSC_INVALID_INITIATOR_CHAP_SECRET",
  [0xefff004d] = "ISDSC_INVALID_CHAP_USER_NAME",
  [0xefff004e] = "ISDSC_INVALID_LOGON_AUTH_TYPE",
  [0xefff004f] = "ISDSC_INVALID_TARGET_MAPPING",
  [0xefff0050] = "ISDSC_INVALID_TARGET_ID",
  [0xefff0051] = "ISDSC_INVALID_ISCSI_NAME",
  [0xefff0052] = "ISDSC_INCOMPATIBLE_ISNS_VERSION",
  [0xefff0053] = "ISDSC_FAILED_TO_CONFIGURE_IPSEC",
  [0xefff0054] = "ISDSC_BUFFER_TOO_SMALL",
  [0xefff0055] = "ISDSC_INVALID_LOAD_BALANCE_POLICY",
  [0xefff0056] = "ISDSC_INVALID_PARAMETER",
  [0xefff0057] = "ISDSC_DUPLICATE_PATH_SPECIFIED",
  [0xefff0058] = "ISDSC_PATH_COUNT_MISMATCH",
  [0xefff0059] = "ISDSC_INVALID_PATH_ID",
  [0xefff005a] = "ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED",
  [0xefff005b] = "ISDSC_NO_PRIMARY_PATH_SPECIFIED",
  [0xefff005c] = "ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND",
  [0xefff005d] = "ISDSC_DEVICE_NOT_FOUND",
  [0xefff005e] = "ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT",
  [0xefff005f] = "ISDSC_DNS_NAME_UNRESOLVED",
  [0xefff0060] = "ISDSC_NO_CONNECTION_AVAILABLE",
  [0xefff0061] = "ISDSC_LB_POLICY_NOT_SUPPORTED",
  [0xefff0062] = "ISDSC_REMOVE_CONNECTION_IN_PROGRESS",
  [0xefff0063] = "ISDSC_INVALID_CONNECTION_ID",
  [0xefff0064] = "ISDSC_CANNOT_REMOVE_LEADING_CONNECTION",
  [0xefff0065] = "ISDSC_RESTRICTED_BY_GROUP_POLICY",
  [0xefff0066] = "ISDSC_ISNS_FIREWALL_BLOCKED",
  [0xefff0067] = "ISDSC_FAILURE_TO_PERSIST_LB_POLICY",
  [0xefff0068] = "ISDSC_INVALID_HOST",
}

local MINOR_FUNCTIONS = {
  [0x00] = "IRP_MN_QUERY_ALL_DATA",
  [0x01] = "IRP_MN_QUERY_SINGLE_INSTANCE",
  [0x02] = "IRP_MN_CHANGE_SINGLE_INSTANCE",
  [0x03] = "IRP_MN_CHANGE_SINGLE_ITEM",
  [0x04] = "IRP_MN_ENABLE_EVENTS",
  [0x05] = "IRP_MN_DISABLE_EVENTS",
  [0x06] = "IRP_MN_ENABLE_COLLECTION",
  [0x07] = "IRP_MN_DISABLE_COLLECTION",
  [0x08] = "IRP_MN_REGINFO",
  [0x09] = "IRP_MN_EXECUTE_METHOD",
  [0x0b] = "IRP_MN_REGINFO_EX",
}

local NT_STATUSES = {
  [0x00000000] = "success",
  [0xc000000d] = "invalidParameter",
  [0xc000000e] = "noSuchDevice",
  [0xc0000010] = "invalidDeviceRequest",
  [0xc0000023] = "bufferTooSmall",
  [0xc00000b5] = "ioTimeout",
  [0xc0000120] = "cancelled",
  [0xc0000185] = "ioDeviceError",
  [0xc0000295] = "wmiGuidNotFound",
  [0xc0000296] = "wmiInstanceNotFound",
  [0xc0000297] = "wmiItemIdNotFound",
  [0xc0000301] = "wmiGuidDisconnected",
}

local NONE = 0xffffffff
local VERSION = 1
local HEADER_BYTES = 20

local function protocol(name, description, code_label, codes, unknown, statuses)
  local proto = Proto(name, description)
  local fields = {
    answer = ProtoField.bool(name .. ".answer", "Answer"),
    code = ProtoField.uint16(name .. ".code", code_label, base.HEX, codes),
    status = ProtoField.uint32(name .. ".status", "Status", base.HEX, statuses),
    isdsc = ProtoField.uint32(name .. ".isdsc", "ISDSC status", base.HEX, ISDSC_STATUSES),
    length = ProtoField.uint32(name .. ".length", "Bytes of data", base.DEC),
    call = ProtoField.uint32(name .. ".call", "Call", base.DEC),
    request_in = ProtoField.framenum(name .. ".request_in", "Request in", base.NONE, frametype.REQUEST),
    response_in = ProtoField.framenum(name .. ".response_in", "Answer in", base.NONE, frametype.RESPONSE),
    device = ProtoField.string(name .. ".device", "Adapter"),
    text = ProtoField.string(name .. ".text", "Of"),
    command_name = ProtoField.string(name .. ".name", "Name"),
    status_name = ProtoField.string(name .. ".status_name", "Status name"),
  }
  for _, field in pairs(fields) do table.insert(proto.fields, field) end
  local malformed = ProtoExpert.new(name .. ".malformed", "Not a frame of hbasim", expert.group.MALFORMED, expert.severity.ERROR)
  proto.experts = { malformed }

  -- The frames of each call, found in the first pass over the file.
  local requests, answers = {}, {}
  function proto.init()
    requests, answers = {}, {}
  end

  -- A text with its length in front; nil if it does not fit.
  local function counted(buffer, offset)
    if offset >= buffer:len() then return nil end
    local length = buffer(offset, 1):uint()
    if offset + 1 + length > buffer:len() then return nil end
    return buffer(offset + 1, length), offset + 1 + length
  end

  function proto.dissector(buffer, pinfo, tree)
    pinfo.cols.protocol = description
    local root = tree:add(proto, buffer())
    local device, behind, text
    if buffer:len() > HEADER_BYTES and buffer(0, 1):uint() == VERSION then
      device, behind = counted(buffer, HEADER_BYTES)
      if device ~= nil then text = counted(buffer, behind) end
    end
    if text == nil then
      root:add_proto_expert_info(malformed)
      return
    end
    local is_answer = buffer(1, 1):uint() == 1
    local code, status, isdsc = buffer(2, 2):le_uint(), buffer(4, 4):le_uint(), buffer(8, 4):le_uint()
    local call = buffer(16, 4):le_uint()
    root:add(fields.answer, buffer(1, 1))
    root:add_le(fields.code, buffer(2, 2))
    if status ~= NONE then root:add_le(fields.status, buffer(4, 4)) end
    if isdsc ~= NONE then root:add_le(fields.isdsc, buffer(8, 4)) end
    root:add_le(fields.length, buffer(12, 4))
    root:add_le(fields.call, buffer(16, 4))
    root:add(fields.device, device)
    if text:len() > 0 then root:add(fields.text, text) end

    local name = codes[code] or string.format(unknown, code)
    root:add(fields.command_name, name):set_generated()
    local info = name
    if text:len() > 0 and not (is_answer and status == NONE) then info = info .. " " .. text:string() end
    if is_answer then
      -- Why there is no status stands in the text of the frame.
      local said = status == NONE and text:string() or statuses[status] or string.format("0x%x", status)
      if isdsc ~= NONE then said = said .. " " .. (ISDSC_STATUSES[isdsc] or string.format("0x%x", isdsc)) end
      root:add(fields.status_name, said):set_generated()
      info = info .. " = " .. said
      if not pinfo.visited then answers[call] = pinfo.number end
      if requests[call] then root:add(fields.request_in, requests[call]):set_generated() end
    else
      if not pinfo.visited then requests[call] = pinfo.number end
      if answers[call] then root:add(fields.response_in, answers[call]):set_generated() end
    end
    pinfo.cols.src = is_answer and device:string() or "host"
    pinfo.cols.dst = is_answer and "host" or device:string()
    pinfo.cols.info = info .. ", " .. buffer(12, 4):le_uint() .. " bytes"
  end
  return proto
end

local encapsulations = DissectorTable.get("wtap_encap")
encapsulations:add(wtap.USER0, protocol("hbasim_mailbox", "Mailbox", "Command", COMMANDS, "command 0x%x", MAILBOX_STATUSES))
encapsulations:add(wtap.USER1, protocol("hbasim_wmi", "WMI", "Minor function", MINOR_FUNCTIONS, "minor function 0x%x", NT_STATUSES))
