# Compiles a module to C by wasm2c, and has it use one static memory of a constant size, addressed by 32 bits. A bounds
# check is then one comparison with a constant; wasm2c's own loads a pointer and a size again after each store, and adds
# and compares in 64 bits.
# Usage: cmake -D WASM2C=… -D MODULE=… -D NAME=… -D OUTPUT=… -P wasm2c.cmake
execute_process(COMMAND ${WASM2C} ${MODULE} -n ${NAME} -o ${OUTPUT} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${WASM2C} does not compile ${MODULE}")
endif()
file(READ ${OUTPUT} text)

# Replaces what has to be there.
function(change old new)
  string(FIND "${text}" "${old}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${WASM2C} writes no \"${old}\": wabt 1.0.32 is wanted")
  endif()
  string(REPLACE "${old}" "${new}" text "${text}")
  set(text "${text}" PARENT_SCOPE)
endfunction()

# An access has a base and an offset, which is a constant.
change("static inline t3 name(wasm_rt_memory_t* mem, u64 addr)" "WASM_RT_ACCESS t3 name(u32 base, u32 offset)")
change("static inline void name(wasm_rt_memory_t* mem, u64 addr, t2 value)"
       "WASM_RT_ACCESS void name(u32 base, u32 offset, t2 value)")
change("MEMCHECK(mem, addr, t1)" "WASM_RT_CHECK(base, offset, sizeof(t1))")
change("&mem->data[addr]" "&wasm_rt_octets[base + offset]")
set(access "(_(load|store)[0-9a-z_]*)\\(&instance->w2c_memory, \\(u64\\)\\(([0-9a-z_]+)\\)")
string(REGEX REPLACE "${access} \\+ ([0-9]+)" "\\1(\\3, \\4" text "${text}")
string(REGEX REPLACE "${access}" "\\1(\\3, 0" text "${text}")

# Blocks that are filled and copied.
change("offset + (uint64_t)len > mem->size" "offset + (uint64_t)len > SIP_FAILOVER_MEMORY")
change("memory_fill(wasm_rt_memory_t* mem, " "memory_fill(")
change("memset(mem->data + d" "memset(wasm_rt_octets + d")
string(REGEX REPLACE "(memory_copy\\()wasm_rt_memory_t\\* dest,[ \n]*const wasm_rt_memory_t\\* src,[ \n]*" "\\1"
       text "${text}")
change("memmove(dest->data + dest_addr, src->data + src_addr"
       "memmove(wasm_rt_octets + dest_addr, wasm_rt_octets + src_addr")
string(REPLACE "memory_fill(&instance->w2c_memory, " "memory_fill(" text "${text}")
string(REPLACE "memory_copy(&instance->w2c_memory, &instance->w2c_memory, " "memory_copy(" text "${text}")

# It keeps loads that nothing uses, for runtimes that find a bad one by a signal. Here the check has found it.
change("wasm_asm(\"\" ::\"r\"(result))" "(void)0")

string(REGEX MATCH "(_load|_store|memory_fill|memory_copy)[0-9a-z_]*\\(&instance[^\n]*" left "${text}")
if(left)
  message(FATAL_ERROR "${WASM2C} writes \"${left}\": wabt 1.0.32 is wanted")
endif()
file(WRITE ${OUTPUT} "${text}")
